"""The page shell and its components. No business word in it; a capability fills the blocks."""
