"""The command line: `start` is the way in, `commands` lists what there is."""
