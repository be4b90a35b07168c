"""The sky: epochs, bodies, ephemeris, orientation, frames, states, elements and geometry."""
