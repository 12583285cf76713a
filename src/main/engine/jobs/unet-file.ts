import { fileBytes } from '../formats/byte-source.ts'
import { readSafetensors } from '../formats/safetensors.ts'
import { readTorch } from '../formats/torch.ts'
import { unetFromTensors } from '../nn/load-unet.ts'
import type { Unet } from '../nn/unet.ts'
import { isCheckpoint, parseCheckpoint } from './checkpoint.ts'

/**
 * Loads a U-Net for inference: a checkpoint of this program (its moving average when it has one), plain
 * safetensors, or a PyTorch file such as an official DDAD checkpoint, whose configuration is inferred.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE
 */
export async function loadUnet(file: string): Promise<Unet> {
  const bytes = fileBytes(file)
  // A safetensors header is JSON and starts after eight bytes of length.
  const opens = bytes.size > 8 && bytes.read(8, 9)[0] === 0x7b
  if (!opens) return unetFromTensors(readTorch(bytes, file), null, file)
  const { tensors, metadata } = readSafetensors(bytes, file)
  if (!isCheckpoint(metadata)) return unetFromTensors(tensors, null, file)
  const { config, weights, ema } = await parseCheckpoint(tensors, metadata, file)
  return unetFromTensors(ema ?? weights, config.model, file)
}
