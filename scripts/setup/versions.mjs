/** TensorFlow's C library, taken from the Python wheel of this version. */
export const tensorflowVersion = '2.21.0'

/** SHA-256 of the wheels that are pinned; the CUDA wheels are verified by pip against their index. */
export const wheelSha256 = {
  'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl':
    '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
}
