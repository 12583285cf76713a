/** Where things are kept on a user's machine; the cache is `cacheRoot` of src/provision. */
import os from 'node:os'
import path from 'node:path'

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
