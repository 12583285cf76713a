/** The one folder that holds everything the studio makes. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DdadError, describeError, isDiskFull } from '../../../shared/errors.ts'
import { openStore, type Store } from '../../db/store.ts'
import { within } from '../../files/within.ts'

/** The file that everything is recorded in. */
export const DATABASE = 'studio.db'
const BACKUP = /^studio\.db\.v\d+\.backup$/

export interface Workspace {
  readonly folder: string
  readonly store: Store
  /** Why it may only be looked at, in words; null where it may be changed. */
  readonly readOnly: string | null
  /** Absolute path of a file that rows name relative to the workspace. */
  readonly resolve: (relative: string) => string
  /** The name that rows have for a file inside the workspace. */
  readonly relative: (file: string) => string
}

/**
 * Opens a workspace, creating it if need be: `studio.db`, `runs/`, `masks/`, `cache/`. One that may not be written is
 * opened for looking.
 * @throws {DdadError} WORKSPACE_LOST where there is work without its database, BAD_FILE where the folder cannot hold
 *   a workspace; see `openDatabase` for the rest.
 */
export function openWorkspace(folder: string): Workspace {
  const root = path.resolve(folder)
  const barred = whyReadOnly(root)
  if (barred !== null) return openForLooking(root, barred)
  for (const name of ['runs', 'masks', 'cache']) makeFolder(path.join(root, name))
  return {
    folder: root,
    store: openStore(path.join(root, DATABASE), () => refuseLost(root)),
    readOnly: null,
    resolve: (relative) => within(root, relative),
    relative: (file) => nameIn(root, file),
  }
}

const nameIn = (root: string, file: string) => path.relative(root, file).split(path.sep).join('/')

/** Why the workspace of a folder may not be written, in words; null where it may, or where there is none. */
export function whyReadOnly(folder: string): string | null {
  const file = path.join(folder, DATABASE)
  if (!fs.existsSync(file)) return null
  try {
    for (const place of [folder, file]) fs.accessSync(place, fs.constants.W_OK)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EROFS'
      ? 'it lies on a disk that may only be read'
      : 'this user may not write there'
  }
}

/**
 * A workspace as it is now, over a copy of its database: SQLite needs files of its own beside one that it reads. The copy
 * and what else is made meanwhile lie in a folder for temporary files and go when the workspace is closed.
 */
function openForLooking(root: string, reason: string): Workspace {
  const aside = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-looking-'))
  const remove = () => fs.rmSync(aside, { recursive: true, force: true })
  try {
    for (const name of [DATABASE, `${DATABASE}-wal`]) {
      const copy = path.join(aside, name)
      if (!fs.existsSync(path.join(root, name))) continue
      fs.copyFileSync(path.join(root, name), copy)
      // Of a disk that may only be read the rights come along.
      fs.chmodSync(copy, 0o600)
    }
    fs.mkdirSync(path.join(aside, 'cache'))
    const store = openStore(path.join(aside, DATABASE))
    store.setReadOnly(true)
    process.once('exit', remove)
    const time = new Date().toISOString().slice(0, 16).replace('T', ' ')
    return {
      folder: root,
      store: {
        ...store,
        close: () => {
          process.off('exit', remove)
          store.close()
          remove()
        },
      },
      readOnly:
        `${root} may only be looked at: ${reason}. It is shown as it was at ${time} UTC. Nothing in it can be changed; what is ` +
        'exported goes elsewhere. To work on it, copy the folder to a place that you may write.',
      resolve: (relative) =>
        /^cache(?:[/\\]|$)/.test(relative) ? within(aside, relative) : within(root, relative),
      relative: (file) => nameIn(root, file),
    }
  } catch (error) {
    remove()
    throw error
  }
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'something that is no folder is in its place'
        : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
          ? 'this user may not write there'
          : describeError(error).message
    throw new DdadError(
      isDiskFull(error) ? 'DISK_FULL' : 'BAD_FILE',
      `The folder ${folder} cannot be made: ${reason}. Nothing was changed. Put that right, or choose another workspace with --workspace.`,
      { cause: error },
    )
  }
}

/** Refuses to begin an empty database beside work that only a lost one can have known. */
function refuseLost(root: string): void {
  const found = holdings(root)
  if (found === null) return
  const backup = fs
    .readdirSync(root)
    .filter((name) => BACKUP.test(name))
    .map((name) => ({ name, at: fs.statSync(path.join(root, name)).mtime }))
    .toSorted((a, b) => Number(b.at) - Number(a.at))[0]
  const copy = backup
    ? `The newest backup, ${backup.name}, is of ${backup.at.toISOString().slice(0, 16).replace('T', ' ')}: copy it to ${DATABASE} to go on from then. `
    : 'Put the database back if you have a copy. '
  throw new DdadError(
    'WORKSPACE_LOST',
    `${path.join(root, DATABASE)} is missing or empty, but ${found} are there. Nothing was changed. ${copy}` +
      `Otherwise \`ddad workspace rescue --workspace "${root}"\` builds a new one from what the checkpoints and masks say of themselves.`,
  )
}

/** What a workspace without a database holds, in words; null for nothing. */
function holdings(root: string): string | null {
  const counts = ['runs', 'masks', 'maps', 'sweeps'].map((name) => {
    const folder = path.join(root, name)
    const entries = fs.existsSync(folder)
      ? fs.readdirSync(folder, { recursive: true, withFileTypes: true })
      : []
    return { name, files: entries.filter((entry) => entry.isFile()).length }
  })
  const kept = counts.filter(({ files }) => files > 0)
  return kept.length === 0
    ? null
    : kept.map(({ name, files }) => `${files} files in ${name}/`).join(', ')
}

/** Folder of a run's checkpoints. */
export const runFolder = (runId: number) => `runs/${runId}`

/** Folder of an evaluation's maps and reconstructions. */
export const evaluationFolder = (runId: number, evaluationId: number) =>
  `runs/${runId}/evaluations/${evaluationId}`
