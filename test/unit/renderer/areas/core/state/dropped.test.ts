import { expect, it } from 'vitest'
import { whyNotDropped } from '../../../../../../src/renderer/src/areas/core/state/dropped.ts'

it.each([
  ['a.ddadrun', /packed run.*Runs/],
  ['unet.pth', /weights.*Runs/],
  ['mvtec.tar.xz', /archive.*Unpack/],
  ['Bild.PNG', /single image.*put into its folder/],
  ['notes.txt', /no folder/],
  ['README', /no folder/],
])('says what to do with %s', (name, text) => {
  expect(whyNotDropped(name)).toMatch(text)
})
