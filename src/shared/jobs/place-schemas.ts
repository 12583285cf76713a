/** What is taken as a place and as a submission; the rules for texts and numbers are the window's, too. */
import { z } from 'zod'
import { rules, wholeNumbers, type TextRule, type WholeNumber } from './place-rules.ts'

const text = ({ most, pattern, says }: TextRule) => z.string().trim().max(most).regex(pattern, says)
const whole = (name: WholeNumber) => z.number().int().min(0).max(wholeNumbers[name])

/** What a submission asks Slurm for. Empty text and 0 leave a thing to the site's own default. */
export const submissionSchema = z.strictObject({
  partition: text(rules.slurmName),
  account: text(rules.slurmName),
  /** Generic resources of a task, `gpu:1` for instance. */
  gres: text(rules.slurmName),
  /** Minutes that one attempt of a task may take. */
  minutes: whole('minutes'),
  /** Megabytes of memory. */
  memory: whole('memory'),
  cpus: whole('cpus'),
  /** Tasks that run at a time; 0 for as many as Slurm allows. */
  limit: whole('limit'),
  /** How often a task that was stopped or killed goes back into the queue by itself. */
  requeues: whole('requeues'),
  /** Whether anomaly maps and reconstructions come back with the figures. */
  maps: z.boolean(),
  /** More `#SBATCH` lines, as typed. */
  lines: z.array(text(rules.sbatch)).max(50),
})
export type Submission = Readonly<z.infer<typeof submissionSchema>>

export const placeSettingsSchema = z.strictObject({
  /** As for `ssh`, from the user's own configuration; empty: `sbatch` of this machine. */
  host: text(rules.host),
  /** What calls `ddad` on a node: a path, or several words; environment modules go into `prelude`. */
  command: text(rules.filledLine),
  /** Folder that every node and the host reach: plans, checkpoints, results. */
  scratch: text(rules.absolute),
  /** Folder on a node's own disk; environment variables are expanded there. */
  local: text(rules.filledLine),
  /** Lines of shell before anything else, here and on the nodes: `module load slurm`, for instance. */
  prelude: z.string().max(10_000),
  /** Where a folder of this machine is on the nodes: another folder, or a `.tar` of it. */
  paths: z
    .array(z.strictObject({ here: text(rules.absolute), there: text(rules.absolute) }))
    .max(100),
  submission: submissionSchema,
})
export type PlaceSettings = Readonly<z.infer<typeof placeSettingsSchema>>

export const placeNameSchema = text(rules.placeName)
