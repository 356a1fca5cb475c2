"""预警 (S3, S7): warnings of others taken in, own ones issued, both told to those who need them; CAP 1.2 on both sides."""
