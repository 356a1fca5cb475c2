"""What a capability declares and how the declarations are checked. A pack is a tuple of capabilities."""
