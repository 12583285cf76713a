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

/**
 * An environment for the engine of each card. `DDAD_CARDS=0,1` names them as `CUDA_VISIBLE_DEVICES` does, and a job runs
 * on each; without it, there is one engine, which sees what it sees. In a job of Slurm, Slurm says which card it is.
 */
export function cardEnvironments(
  env: NodeJS.ProcessEnv,
  { DDAD_CARDS: named = '', SLURM_JOB_ID: slurm } = env,
): readonly [NodeJS.ProcessEnv, ...NodeJS.ProcessEnv[]] {
  const cards = new Set(named.split(/[\s,]+/).filter((card) => /^[\w/-]+$/.test(card)))
  if (slurm !== undefined || env['DDAD_DEVICE'] === 'cpu') return [env]
  const [first = env, ...more] = [...cards].map((card) => ({ ...env, CUDA_VISIBLE_DEVICES: card }))
  return [first, ...more]
}

/** The same environment for a child that comes after one whose GPU failed. */
export function withoutGpu(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, DDAD_DEVICE: 'failed', CUDA_VISIBLE_DEVICES: '-1' }
}
