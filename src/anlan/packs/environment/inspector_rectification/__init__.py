"""What inspections found and what becomes of it (中央、市督察整改，信访件; E17): a register of origin, a case for each row, acceptance that
is published, the share done in time."""
