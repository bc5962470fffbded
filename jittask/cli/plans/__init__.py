"""What ``jittask plan`` shows: lists, the difference of two versions, a year at a glance."""
