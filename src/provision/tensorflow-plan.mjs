// Which TensorFlow a machine gets. Pure, so that every path is tested without the hardware.
import fs from 'node:fs'

/** Whether the system has an NVIDIA driver. */
export const nvidiaDriverPresent = () =>
  fs.existsSync('/proc/driver/nvidia/version') || fs.existsSync('/dev/nvidiactl')

/**
 * @param {{ platform: string, arch: string, nvidiaDriver: boolean, device?: string }} machine
 *   `device` is the `DDAD_DEVICE` wish: `cpu`, `gpu` or nothing.
 * @returns {{ way: 'wheel', variant: 'cpu' | 'cuda', reason: string }
 *         | { way: 'package-installer', reason: string }}
 */
export function tensorflowPlan({ platform, arch, nvidiaDriver, device }) {
  if (platform !== 'linux' || arch !== 'x64') {
    return {
      way: 'package-installer',
      reason: `${platform} ${arch} uses the installer that comes with @tensorflow/tfjs-node-gpu`,
    }
  }
  const wheel = (variant, reason) => ({ way: 'wheel', variant, reason })
  if (device === 'cpu') return wheel('cpu', 'DDAD_DEVICE=cpu')
  if (nvidiaDriver) return wheel('cuda', 'an NVIDIA driver was found')
  if (device === 'gpu') return wheel('cuda', 'DDAD_DEVICE=gpu')
  return wheel('cpu', 'no NVIDIA driver was found')
}
