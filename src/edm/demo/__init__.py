"""Music made from arithmetic: tracks whose tempo, beats, bars and sections are known exactly."""
