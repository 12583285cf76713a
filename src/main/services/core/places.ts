/** Where things are kept on a user's machine. The rules for the cache are those of the set-up scripts. */
import os from 'node:os'
import path from 'node:path'

/** Folder for verified downloads, shared by every checkout. `DDAD_CACHE` moves it. */
export function cacheRoot(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env['DDAD_CACHE']) return path.resolve(env['DDAD_CACHE'])
  if (platform === 'win32') {
    return path.join(
      env['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData/Local'),
      'ddad-studio/cache',
    )
  }
  if (platform === 'darwin') return path.join(os.homedir(), 'Library/Caches/ddad-studio')
  return path.join(env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'ddad-studio')
}

/** The workspace that window and command line open when none is named. */
export function defaultWorkspace(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env['DDAD_WORKSPACE']) return path.resolve(env['DDAD_WORKSPACE'])
  if (platform === 'win32') {
    return path.join(
      env['APPDATA'] ?? path.join(os.homedir(), 'AppData/Roaming'),
      'DDAD Studio/workspace',
    )
  }
  if (platform === 'darwin') {
    return path.join(os.homedir(), 'Library/Application Support/DDAD Studio/workspace')
  }
  const data = env['XDG_DATA_HOME'] || path.join(os.homedir(), '.local/share')
  return path.join(data, 'ddad-studio/workspace')
}
