from . import dunning_simulation
