from . import models, channels, wizards, reports, controllers
