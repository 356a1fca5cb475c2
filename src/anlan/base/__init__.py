"""Clock, identifiers, errors and cited tables. No Django; every storey may import it."""
