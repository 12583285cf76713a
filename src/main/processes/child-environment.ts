import { artefactFolder, packagedEnvironment } from '../services/core/engine-files.ts'

/** Variables that a child needs to find the system, its caches, the GPU and the registries; nothing else is handed on. */
const wanted =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_\w+|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|TF_\w+|OMP_\w+|DDAD_\w+|NODE_COMPILE_CACHE|NODE_USE_ENV_PROXY|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|NO_PROXY|PIP_INDEX_URL|NPM_CONFIG_REGISTRY)$/i

/**
 * The environment of a child process. TensorFlow is quiet; kernels that are compiled for a GPU are kept with the
 * downloads, outside the driver's own folder, which other programs fill.
 */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => wanted.test(name))
  return {
    TF_CPP_MIN_LOG_LEVEL: '2',
    CUDA_CACHE_PATH: artefactFolder('cuda-kernels', env),
    ...Object.fromEntries(kept),
    ...packagedEnvironment(env),
  }
}

/** The same environment for a child that comes after one whose GPU failed. */
export function withoutGpu(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, DDAD_DEVICE: 'failed', CUDA_VISIBLE_DEVICES: '-1' }
}
