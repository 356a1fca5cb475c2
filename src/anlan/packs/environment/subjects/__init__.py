"""What several rooms of the pack share."""
