"""区域应急联动 (S7): agreements with neighbouring districts, joint drills, and requests for help that travel on the link."""
