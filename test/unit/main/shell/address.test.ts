import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAddress } from '../../../../src/main/shell/address.ts'
import type { ImageId } from '../../../../src/shared/core/ids.ts'
import { addresses } from '../../../../src/shared/ipc/addresses.ts'

const folder = path.resolve('/opt/studio/out/renderer')

describe('ddad:// addresses', () => {
  it('understands what the window builds', () => {
    const id = 17 as ImageId
    expect(readAddress(addresses.image(id), folder)).toEqual({ kind: 'image', id: 17 })
    expect(readAddress(addresses.thumbnail(id), folder)).toEqual({ kind: 'thumbnail', id: 17 })
    expect(readAddress(addresses.page, folder)).toEqual({
      kind: 'page',
      file: path.join(folder, 'index.html'),
    })
    expect(readAddress('ddad://app/assets/index-1.js?v=2#x', folder)).toEqual({
      kind: 'page',
      file: path.join(folder, 'assets/index-1.js'),
    })
  })

  it.each([
    'ddad://app/image/0',
    'ddad://app/image/-1',
    'ddad://app/image/1e3',
    'ddad://app/image/1/2',
    'ddad://app/image/',
    'ddad://app/mask/../../etc/passwd/x/..',
    'ddad://app/',
    'ddad://app/%2e%2e%2f%2e%2e%2fetc/passwd',
    'ddad://app/..%5c..%5cwindows',
    'ddad://app/%00index.html',
    'ddad://app/%',
    'ddad://app/C:/windows',
    'ddad://other/index.html',
    'https://app/index.html',
    'file:///etc/passwd',
    'nonsense',
  ])('serves nothing for %s', (address) => {
    const target = readAddress(address, folder)
    // URL parsing itself may fold dots away; what remains must be inside the folder.
    if (target?.kind === 'page') expect(target.file.startsWith(folder + path.sep)).toBe(true)
    else expect(target).toBeNull()
  })
})
