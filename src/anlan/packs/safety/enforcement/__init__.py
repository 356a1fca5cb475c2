"""Enforcement of the emergency bureau (应急管理执法, S20): yearly plan, random inspection, penalty with its gates, publication."""
