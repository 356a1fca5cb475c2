"""Delivery between instances (城市链路): signed parcels, in order, acknowledged, from one outbox to one inbox."""
