/** `ddad`: the studio's services without a window. Results on stdout, everything else on stderr. */
import { parseArgs } from 'node:util'
import { describeError } from '../../shared/errors.ts'
import type { BackgroundContract } from '../../shared/processes/background.ts'
import type { EngineContract } from '../../shared/processes/engine.ts'
import { Supervisor } from '../processes/supervisor.ts'
import { cardEnvironments, childEnvironment, withoutGpu } from '../processes/child-environment.ts'
import { forkNode } from '../processes/node-transport.ts'
import type { MethodsOf } from '../processes/serve.ts'
import { childEntry } from '../services/core/installation.ts'
import { defaultWorkspace } from '../services/core/places.ts'
import { openStudio, type Studio } from '../services/studio.ts'
import { Unsuccessful, UsageError, type Command } from './command.ts'
import { commands } from './commands/index.ts'
import { commandHelp, generalHelp } from './help.ts'
import { Output } from './output.ts'
import { surviveClosedStreams } from './signals.ts'
import { Values } from './values.ts'

const commonOptions = {
  workspace: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const [ownCard, ...furtherCards] = cardEnvironments(childEnvironment(process.env), process.env)

function child<C extends MethodsOf<C>>(
  name: 'engine' | 'background',
  env = ownCard,
): Supervisor<C> {
  return new Supervisor<C>({
    spawn: (without) => forkNode(childEntry(name), without ? withoutGpu(env) : env),
  })
}

function findCommand(args: readonly string[]): Command | undefined {
  const named = commands.filter(({ name }) =>
    name.split(' ').every((word, index) => args[index] === word),
  )
  return named.toSorted((left, right) => right.name.length - left.name.length)[0]
}

async function execute(command: Command, args: string[]): Promise<void> {
  const parsed = parse(command, args)
  if (parsed.values['help']) {
    process.stdout.write(commandHelp(command))
    return
  }
  const values = new Values(parsed.values, parsed.positionals)
  const workspace = values.text('workspace') ?? defaultWorkspace(process.env, process.platform)
  let studio: Studio | null = null
  const output = new Output(values.flag('json'))
  const open = (): Studio => {
    if (studio) return studio
    studio = openStudio(workspace, {
      engine: child<EngineContract>('engine'),
      furtherCards: furtherCards.map((env) => child<EngineContract>('engine', env)),
      preview: child<EngineContract>('engine'),
      background: child<BackgroundContract>('background'),
    })
    if (studio.readOnly !== null) output.say(studio.readOnly)
    return studio
  }
  try {
    await command.run({
      ...{ values, workspace, studio: open, output },
      background: () => child<BackgroundContract>('background'),
    })
  } finally {
    await (studio as Studio | null)?.close()
  }
}

function parse(command: Command, args: string[]) {
  try {
    return parseArgs({
      args,
      options: { ...commonOptions, ...command.options },
      allowPositionals: true,
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Runs a command line. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
async function main(args: string[]): Promise<number> {
  const command = findCommand(args)
  if (!command) {
    const asked =
      args.length === 0 || args[0] === '--help' || args[0] === '-h' || args[0] === 'help'
    if (asked && args.length > 0) {
      process.stdout.write(generalHelp(commands))
      return 0
    }
    const firstOption = args.findIndex((word) => word.startsWith('-'))
    const words = firstOption < 0 ? args : args.slice(0, firstOption)
    if (!asked) process.stderr.write(`There is no command \`${words.join(' ')}\`.\n\n`)
    process.stderr.write(generalHelp(commands))
    return 2
  }
  try {
    await execute(command, args.slice(command.name.split(' ').length))
    return 0
  } catch (error) {
    if (error instanceof Unsuccessful) return error.exitCode
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${commandHelp(command)}`)
      return 2
    }
    const { code, message } = describeError(error)
    const defect = code === 'INTERNAL' && error instanceof Error
    process.stderr.write(defect ? `${unexpected(error)}\n` : `${message}\n`)
    return 1
  }
}

/** Nobody can act on a stack trace but who mends the program: it is shown when asked for. */
function unexpected(error: Error): string {
  return process.env['DDAD_TRACE']
    ? `${error.stack}`
    : `Something unexpected went wrong: ${error.message}. What was recorded before is kept. Set DDAD_TRACE=1 and run it again for the details of a report.`
}

surviveClosedStreams()
process.exitCode = await main(process.argv.slice(2))
