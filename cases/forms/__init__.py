"""What people type: shape and type only. Rules stand in the actions."""
