"""The paper's convolutional network: convolution, architecture, training, regressor."""
