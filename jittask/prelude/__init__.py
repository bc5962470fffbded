"""What element code may import (rule U3), and how its functions are found and called."""
