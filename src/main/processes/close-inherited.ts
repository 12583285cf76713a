/**
 * Imported first by every child: closes the sockets and shared memory that it has from its parent on Linux. Electron
 * hands its own on to whatever it starts, and an end of a window's channel that is open in a child keeps it from seeing
 * that window's process die. A process that has just begun has opened nothing of the kind itself.
 */
import fs from 'node:fs'

/** Standard streams and the channel to the parent. */
const OWN = 3

if (process.platform === 'linux' && process.send) {
  for (const fd of fs.readdirSync('/proc/self/fd').map(Number)) {
    if (fd <= OWN) continue
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`)
      if (/^(socket:|\/memfd:|\/dev\/shm\/)/.test(target)) fs.closeSync(fd)
    } catch {
      // The one that listed them is closed by now.
    }
  }
}
