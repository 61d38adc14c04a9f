import { describe, expect, it } from 'vitest'
import { NAMED_ARRIVALS, NAMED_DOWNSTREAMS, NAMED_SERVICES } from '../../src/runner/named-loads.js'
import { NAMED_POLICIES } from '../../src/runner/named-policies.js'
import { commandStand } from './command-stand.js'

const { folder, run } = commandStand()

const FINE = ['--arrivals', 'poisson:20', '--service', 'constantly:50', '--count', '50']

describe('wrong words', () => {
  it('are all told in one message, and nothing is run', async () => {
    const { code, output, errors } = await run(
      'simulate', '--policy', 'nope', '--policy', 'demand:deliveryWait=3', '--arrivals', 'square:low=10', '--downstream', 'thrashing:0', '--min', 'x', '--max', '--seed', '-q', 'extra',
      '--count', '5', '--count=6', '--wrong', '--failures', 'maxAttempts=2', '--report', 'no/such/x.html', '--capacity', '0',
    )
    expect([code, output]).toEqual([2, ''])
    expect(errors.split('\n')).toEqual([
      'rxcrew simulate:',
      '  --max should have a value, but --seed comes next',
      '  -q is not an option',
      '  "extra" belongs to no option',
      '  --count should be given once, but comes again with "6"',
      '  --wrong is not an option',
      '  --min should be a whole number, 0 or more, but is "x"',
      '  --capacity should be a whole number, 1 or more, or Infinity, but is 0',
      `  --policy should be one of ${Object.keys(NAMED_POLICIES).join(', ')}, but is "nope"`,
      `  --policy is wrong: demand: deliveryWait should be 'deliveryWaitMs', but is not an option`,
      expect.stringMatching(/^ {2}--arrivals is wrong: squareWave: .*highPerSecond should be .*periodMs should be/),
      '  --service should be given, or --traffic, but is missing',
      '  --downstream is wrong: thrashing: knee should be a whole number, 1 or more, but is 0',
      '  --failures is wrong: failures: share should be a share from 0 to 1, but is missing',
      '  --report should be a file in a folder that is there, but is no/such/x.html',
      '  rxcrew simulate --help tells more',
      '',
    ])
  })

  it.each([
    [['--min', '5', '--max', '4'], '--min should be at most --max, 4, but is 5'],
    [['--min', '11'], '--min should be at most --max, 10, but is 11'],
    [['--max', '-1'], '--max should be a whole number, 1 or more, but is -1'],
    [['--seed', '1.5'], '--seed should be a whole number, 0 or more, but is 1.5'],
    [['--seconds', 'Infinity'], '--seconds should be seconds from 0 to 1000000000, but is Infinity'],
    [['--seconds='], '--seconds should have a value, but has none'],
    [['--report', '.'], '--report should be a file, but . is a folder'],
    [['--policy', 'fixed:1,2'], `--policy has 2, but 'fixed' takes no more values than workers`],
    [['--policy', 'demand:5'], `--policy has 5, but 'demand' takes no value without a name`],
    [['--policy', 'fixed:3,workers=3'], `--policy has workers of 'fixed' twice`],
    [['--policy', 'fixed:8x'], '--policy is wrong: fixed: workers should be a whole number, 0 or more, but is "8x"'],
    [['--policy', 'fixed'], '--policy is wrong: fixed: workers should be a whole number, 0 or more, but is missing'],
    [['--policy', 'toString'], '--policy should be one of'],
    [['--policy', ':3'], '--policy should begin with a name, but is ":3"'],
    [['--policy', 'demand:'], `--policy should have values or name=value after 'demand:', but has ""`],
    [['--policy', 'demand:maxIdleMs='], `--policy should have values or name=value after 'demand:', but has "maxIdleMs="`],
    [['--policy', 'demand:__proto__=1'], '--policy should name each option once, in letters, but has "__proto__"'],
    [['--policy', 'demand:maxIdleMs=1,maxIdleMs=2'], '--policy should name each option once, in letters, but has "maxIdleMs"'],
    [['--policy', 'demand:{"maxIdleMs":}'], `--policy should have JSON after 'demand:', but SyntaxError`],
    [['--downstream', 'thrashing:knee=3,exp=2'], '--downstream is wrong: exp is not one of its options, knee, exponent'],
    [['--downstream', 'free:1'], `--downstream has 1, but 'free' takes no value without a name`],
  ])('%j are refused with what would be right', async (words, problem) => {
    const { code, errors } = await run('simulate', ...FINE, ...words)
    expect(errors).toContain(`\n  ${problem}`)
    expect(code).toBe(2)
  })

  it.each([[[], 'a command should be given'], [['simulat'], '"simulat" is no command']])('%j is no command', async (words, problem) => {
    expect(await run(...words)).toEqual({ code: 2, output: '', errors: `rxcrew: ${problem}: simulate (rxcrew --help tells more)\n` })
  })
})

describe('options after a name', () => {
  it('may be JSON, in order or by name, in any mixture', async () => {
    const rows = await Promise.all([
      run('simulate', ...FINE, '--policy', 'demand:{"deliveryWaitMs":20}', '--downstream', 'thrashing:1,exponent=3'),
      run('simulate', ...FINE, '--policy', 'demand:deliveryWaitMs=20', '--downstream', 'thrashing:exponent=3,knee=1'),
      run('simulate', ...FINE, '--policy', 'demand:deliveryWaitMs=2e1', '--downstream', 'thrashing:1,3'),
    ])
    const figures = rows.map(({ output }) => /^demand\S* +(.*)$/m.exec(output)?.[1])
    expect(figures[0]).toBeDefined()
    expect(new Set(figures).size).toBe(1)
  })

  it('make everything that the help lists', async () => {
    const ALL = {
      arrivals: ['constant:20', 'poisson:20', 'square:10,50,1000', 'diurnal:low=1,high=50,periodMs=1000,spacing=regular', 'spike:10,100,500,200', 'ramp:from=10,to=50,overMs=1000'],
      service: ['constantly:20', 'exponentially:20', 'uniformly:10,30', 'lognormal:20,2'],
      downstream: ['free', 'saturating:3', 'thrashing:3,exponent=4'],
    }
    const names = (words: readonly string[]): readonly string[] => words.map((word) => word.split(':', 1).join(''))
    expect([names(ALL.arrivals), names(ALL.service), names(ALL.downstream)])
      .toEqual([NAMED_ARRIVALS, NAMED_SERVICES, NAMED_DOWNSTREAMS].map((recipes) => Object.keys(recipes)))
    for (const [flag, words] of Object.entries(ALL)) {
      for (const word of words) {
        const rest = Object.entries(ALL).filter(([other]) => other !== flag).flatMap(([other, [first = '']]) => [`--${other}`, first])
        expect(await run('simulate', `--${flag}`, word, ...rest, '--seconds', '2')).toMatchObject({ code: 0, errors: '' })
      }
    }
  })
})

describe('--help', () => {
  it('lists what can be named, in lines of at most 82 characters', async () => {
    const { code, output } = await run('simulate', '--wrong', '--help')
    expect(code).toBe(0)
    for (const name of [NAMED_POLICIES, NAMED_ARRIVALS, NAMED_SERVICES, NAMED_DOWNSTREAMS].flatMap(Object.keys)) expect(output).toContain(name)
    expect(output.split('\n').filter((line) => line.length > 82)).toEqual([])
    expect(await run('-h')).toMatchObject({ code: 0, errors: '' })
  })
})

it('paths are relative to the folder it runs in', async () => {
  expect((await run('simulate', ...FINE, '--policy', './none.js')).errors).toContain(folder)
})
