"""Knowledge and publicity (S22): knowledge pages, courses and examinations, demonstration communities, kit lists, campaigns."""
