// Which TensorFlow a machine gets. Pure, so that every path is tested without the hardware.
import { tensorflowVersion } from '../../src/provision/pins.mjs'

/** The CUDA libraries that TensorFlow 2.21 names in its `and-cuda` extra. */
export const cudaRequirements = [
  'nvidia-cublas-cu12>=12.5.3.2,<13',
  'nvidia-cuda-cupti-cu12>=12.5.82,<13',
  'nvidia-cuda-nvcc-cu12>=12.5.82,<13',
  'nvidia-cuda-nvrtc-cu12>=12.5.82,<13',
  'nvidia-cuda-runtime-cu12>=12.5.82,<13',
  'nvidia-cudnn-cu12>=9.3.0.75,<10',
  'nvidia-cufft-cu12>=11.2.3.61,<12',
  'nvidia-curand-cu12>=10.3.6.82,<11',
  'nvidia-cusolver-cu12>=11.6.3.83,<12',
  'nvidia-cusparse-cu12>=12.5.1.3,<13',
  'nvidia-nccl-cu12>=2.27.7,<3',
  'nvidia-nvjitlink-cu12>=12.5.82,<13',
]

/**
 * @param {{ platform: string, arch: string, nvidiaDriver: boolean, device?: string }} machine
 *   `device` is the `DDAD_DEVICE` wish: `cpu`, `gpu` or nothing.
 * @returns {{ way: 'wheel', variant: 'cpu' | 'cuda', requirements: string[], reason: string }
 *         | { way: 'package-installer', reason: string }}
 */
export function tensorflowPlan({ platform, arch, nvidiaDriver, device }) {
  if (platform !== 'linux' || arch !== 'x64') {
    return {
      way: 'package-installer',
      reason: `${platform} ${arch} uses the installer that comes with @tensorflow/tfjs-node-gpu`,
    }
  }
  const cpu = {
    way: 'wheel',
    variant: 'cpu',
    requirements: [`tensorflow-cpu==${tensorflowVersion}`],
  }
  if (device === 'cpu') return { ...cpu, reason: 'DDAD_DEVICE=cpu' }
  if (!nvidiaDriver && device !== 'gpu') return { ...cpu, reason: 'no NVIDIA driver was found' }
  return {
    way: 'wheel',
    variant: 'cuda',
    requirements: [`tensorflow==${tensorflowVersion}`, ...cudaRequirements],
    reason: nvidiaDriver ? 'an NVIDIA driver was found' : 'DDAD_DEVICE=gpu',
  }
}
