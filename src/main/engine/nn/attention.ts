import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../tf.ts'
import { groupNorm, groupNormAgain } from './group-norm.ts'
import { normWeights, weight, type LayerContext } from './layers.ts'

/**
 * Self-attention over all pixels with a residual connection. Channels are split into heads first and into
 * query, key and value inside a head. Only the input is kept for the gradient.
 *
 * @param name prefix of `norm`, `to_qkv` and `proj_out`
 * @param x [N,H,W,C]
 */
export function attention(
  context: LayerContext,
  name: string,
  x: Tensor4D,
  heads: number,
): Tensor4D {
  const { tape, weights } = context
  const norm = normWeights(context, `${name}.norm`)
  const inner = weight(weights, `${name}.to_qkv.weight`) as Tensor2D
  const innerBias = weight(weights, `${name}.to_qkv.bias`)
  const outer = weight(weights, `${name}.proj_out.weight`) as Tensor2D
  const outerBias = weight(weights, `${name}.proj_out.bias`)
  const [n, h, w, c] = x.shape
  const tokens = h * w
  const depth = c / heads
  // Torch scales query and key by depth^(−1/4) each; their product is scaled by the square.
  const scale = depth ** -0.5

  const attend = (normalised: Tensor4D) => {
    const rows = tf.reshape(normalised, [n * tokens, c]) as Tensor2D
    const all = tf.add(tf.matMul(rows, inner), innerBias)
    const split = tf.transpose(tf.reshape(all, [n, tokens, heads, 3, depth]), [3, 0, 2, 1, 4])
    const [query, key, value] = tf.unstack(split) as [Tensor4D, Tensor4D, Tensor4D]
    const scaled = tf.mul(query, scale) as Tensor4D
    const shares = tf.softmax(tf.matMul(scaled, key, false, true)) as Tensor4D
    const joined = tf.transpose(tf.matMul(shares, value), [0, 2, 1, 3])
    return { rows, scaled, key, value, shares, joined: tf.reshape(joined, [n * tokens, c]) }
  }

  return tape.apply(
    [x],
    () => {
      const { output, statistics } = groupNorm(x, norm, false)
      const projected = tf.add(tf.matMul(attend(output).joined as Tensor2D, outer), outerBias)
      return {
        output: tf.add(tf.reshape(projected, x.shape), x),
        saved: [x, statistics.mean, statistics.inverse],
      }
    },
    (dy, saved) => {
      const [input, mean, inverse] = saved as [Tensor4D, Tensor4D, Tensor4D]
      const again = groupNormAgain(input, { mean, inverse }, norm, false)
      const { rows, scaled, key, value, shares, joined } = attend(again.output)
      const gradient = tf.reshape(dy, [n * tokens, c]) as Tensor2D
      tape.addGradient(`${name}.proj_out.weight`, tf.matMul(joined as Tensor2D, gradient, true))
      tape.addGradient(`${name}.proj_out.bias`, tf.sum(gradient, 0))

      const dJoined = tf.reshape(tf.matMul(gradient, outer, false, true), [n, tokens, heads, depth])
      const dHeads = tf.transpose(dJoined, [0, 2, 1, 3])
      const dValue = tf.matMul(shares, dHeads, true)
      const dLogits = softmaxGradient(shares, tf.matMul(dHeads, value, false, true))
      const dQuery = tf.mul(tf.matMul(dLogits, key), scale)
      const dKey = tf.matMul(dLogits, scaled, true)

      const stacked = tf.transpose(tf.stack([dQuery, dKey, dValue]), [1, 3, 2, 0, 4])
      const dAll = tf.reshape(stacked, [n * tokens, 3 * c]) as Tensor2D
      tape.addGradient(`${name}.to_qkv.weight`, tf.matMul(rows, dAll, true))
      tape.addGradient(`${name}.to_qkv.bias`, tf.sum(dAll, 0))
      const dNormalised = tf.reshape(tf.matMul(dAll, inner, false, true), x.shape)
      const { dx, scale: dScale, shift } = again.backward(dNormalised as Tensor4D)
      tape.addGradient(`${name}.norm.weight`, dScale)
      tape.addGradient(`${name}.norm.bias`, shift)
      return [tf.add(dx, dy)]
    },
  )
}

/** Gradient through a softmax over the last axis, from its output. */
function softmaxGradient(y: Tensor4D, dy: Tensor): Tensor4D {
  return tf.tidy(() => {
    const product = tf.mul(y, dy)
    return tf.sub(product, tf.mul(y, tf.sum(product, -1, true))) as Tensor4D
  })
}
