/** Opens a studio with the test engine and works on its queue until it is killed. Arguments: workspace. */
import { openTestStudio } from '../studio.ts'

const [folder = ''] = process.argv.slice(2)
const studio = openTestStudio(folder)
studio.queue.start()
