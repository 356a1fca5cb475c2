"""The field app (现场): what a person needs on a phone without a network, and what comes back: each thing once, each with a receipt."""
