"""Who acts, for whom, and what they may do: organisations, people in posts, roles, permissions with reasons."""
