import { describe, expect, it } from 'vitest'
import { freePort, startChild } from './child.js'

describe('a child of a test', () => {
  it('tells what it prints, and ends when told to', async () => {
    const child = startChild(process.execPath, ['-e', 'console.log("ready"); setInterval(() => undefined, 1000)'])
    await child.printed('ready')
    await child.end()
    expect(child.output()).toContain('ended with SIGTERM')
  })

  it('says what came when the awaited line never does', async () => {
    const child = startChild(process.execPath, ['-e', 'console.error("no such thing"); process.exit(3)'])
    await expect(child.printed('ready')).rejects.toThrow(/never printed 'ready':\n.*no such thing[^]*ended with 3/)
  })

  it('says so when there is no such program', async () => {
    const child = startChild('no-such-program', [])
    await expect(child.printed('ready')).rejects.toThrow('did not start')
  })

  it('gets a port that is free', async () => {
    expect(await freePort()).toBeGreaterThan(1023)
  })
})
