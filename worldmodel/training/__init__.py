"""Training of the latent world model: needs torch, numpy and safetensors only."""
