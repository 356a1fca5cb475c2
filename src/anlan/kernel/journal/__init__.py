"""The append-only record: who did what, when, on whose authority. Audit trail and outbox in one table.

An action writes one entry in its own transaction (`record`). A sealer chains committed entries by hash
(`sealing`); consumers and the live stream read sealed entries only, so nothing is skipped or doubled.
"""
