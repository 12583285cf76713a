/** A real Slurm of one node under a folder of its own: no systemd, no cgroups, no ports that others use. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface TestSlurm {
  readonly folder: string
  /** The environment in which `sbatch` and the others find this cluster. */
  readonly env: NodeJS.ProcessEnv
  /** Runs one of Slurm's commands and answers what it wrote. */
  run(command: string, ...args: string[]): string
  /** Ends slurmd as a lost node would, without a word. */
  killNode(): Promise<void>
  startNode(): Promise<void>
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Ends a process that was started here and waits for it. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill(signal)
  await closed
}

/** @param folder empty or missing; everything of the cluster lies there */
export async function startSlurm(folder: string): Promise<TestSlurm> {
  const at = (name: string) => path.join(folder, name)
  for (const name of ['state', 'spool', 'munge']) fs.mkdirSync(at(name), { recursive: true })
  fs.chmodSync(at('munge'), 0o755)
  fs.writeFileSync(at('munge/key'), randomBytes(1024), { mode: 0o400 })
  const host = os.hostname().split('.')[0] ?? 'localhost'
  const [controller, node] = [await freePort(), await freePort()]
  // Two fake cards: tasks get distinct CUDA_VISIBLE_DEVICES, as on a real node.
  for (const card of [0, 1]) fs.writeFileSync(at(`nvidia${card}`), '')
  fs.writeFileSync(at('gres.conf'), `Name=gpu File=${at('nvidia')}[0-1]\n`)
  // No control groups are used; looked for, they would have to be there, which they are not on every machine.
  fs.writeFileSync(at('cgroup.conf'), 'CgroupPlugin=cgroup/v1\n')
  fs.writeFileSync(
    at('slurm.conf'),
    `ClusterName=ddadtest
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=${os.userInfo().username}
AuthType=auth/munge
AuthInfo=socket=${at('munge/socket')},cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('slurmd.pid')}
ReturnToService=2
KillWait=10
SlurmdTimeout=300
MinJobAge=300
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${os.availableParallelism()} Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=${host} MaxTime=60 State=UP PriorityTier=10 PreemptMode=OFF
`,
  )
  const env = { ...process.env, SLURM_CONF: at('slurm.conf') }
  const start = (command: string, args: string[]): ChildProcess => {
    const log = fs.openSync(at(`${path.basename(command)}.log`), 'a')
    return spawn(command, args, { env, stdio: ['ignore', log, log] })
  }
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const until = async (what: string, works: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 150; tries += 1) {
      try {
        if (works()) return
      } catch {
        // Not up yet.
      }
      await sleep(200)
    }
    throw new Error(`${what} did not come up; its log is in ${folder}.`)
  }

  const munged = start('munged', [
    ...['--foreground', '--force', `--key-file=${at('munge/key')}`],
    ...[`--socket=${at('munge/socket')}`, `--pid-file=${at('munge/pid')}`],
    ...[`--log-file=${at('munge/log')}`, `--seed-file=${at('munge/seed')}`],
  ])
  await until('munged', () => fs.existsSync(at('munge/socket')))
  const slurmctld = start('slurmctld', ['-D', '-f', env.SLURM_CONF])
  await until('slurmctld', () => run('scontrol', 'ping').includes('UP'))
  let slurmd: ChildProcess | null = null
  const startNode = async (): Promise<void> => {
    slurmd = start('slurmd', ['-D', '-f', env.SLURM_CONF, '-N', host])
    await until('slurmd', () => /idle|mix|alloc/.test(run('sinfo', '-h', '-o', '%T')))
  }
  await startNode()
  return {
    folder,
    env,
    run,
    startNode,
    killNode: async () => {
      if (slurmd) await end(slurmd, 'SIGKILL')
      slurmd = null
    },
    stop: async () => {
      try {
        run('scancel', '--full', '--signal=KILL', `--user=${os.userInfo().username}`)
      } catch {
        // Nothing runs.
      }
      if (slurmd) await end(slurmd, 'SIGTERM')
      await end(slurmctld, 'SIGTERM')
      await end(munged, 'SIGTERM')
    },
  }
}
