#!/usr/bin/env node
import process from 'node:process'
import { runCommand } from './command.js'

// Whoever reads may leave early (`| head`): then there is nobody to tell.
process.stdout.on('error', () => process.exit(1))
process.exitCode = await runCommand(process.argv.slice(2), { output: process.stdout, errors: process.stderr, folder: process.cwd() })
