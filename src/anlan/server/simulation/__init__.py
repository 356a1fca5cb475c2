"""The demonstration district's devices: they speak the real protocols to a gateway on this machine, and have a script of troubles."""
