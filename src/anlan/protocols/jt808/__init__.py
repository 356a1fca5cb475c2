"""JT/T 808 (2011, 2013, 2019): terminals of vehicles. Bytes to frozen values and back; no sockets, no clock."""
