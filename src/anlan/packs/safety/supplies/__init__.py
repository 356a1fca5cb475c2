"""Emergency supplies (应急物资, S10): one ledger of moves from place to place over all departments that keep their own; needs against
offers, agreement stock, requisition, donations. Stock is the sum of moves and never negative; nothing is edited, a wrong entry is reversed."""
