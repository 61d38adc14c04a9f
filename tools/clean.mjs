// Removes what a build makes, so that nothing of a file that was renamed is left in the package.
import { rmSync } from 'node:fs'

for (const folder of ['dist', 'build']) rmSync(new URL(`../${folder}`, import.meta.url), { recursive: true, force: true })
