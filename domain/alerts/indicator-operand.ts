/** An indicator of the catalogue as an operand: `macd(12, 26, 9).histogram`, `rsi(period = 14)`. */
import {
  checkIndicatorParams,
  indicatorDefinition,
  INDICATORS,
  isIndicatorType,
} from '../indicators/catalogue.ts';
import type { IndicatorDefinition } from '../indicators/catalogue.ts';
import type { IndicatorOperand } from './condition.ts';
import { Refusal } from './refusal.ts';
import type { Token } from './tokens.ts';

export interface Argument {
  /** `undefined` when only its place says which parameter it is. */
  readonly name: string | undefined;
  readonly value: number;
  readonly position: number;
}

/** @throws Refusal */
export function indicatorOperand(
  name: Token,
  args: readonly Argument[],
  output: Token | undefined,
): IndicatorOperand {
  const type = name.text;
  if (!isIndicatorType(type))
    throw new Refusal(
      name.position,
      'indicator',
      `there is no indicator ${type}; there are ${INDICATORS.map((known) => known.type).join(', ')}`,
    );
  const definition = indicatorDefinition(type);
  const given = assigned(definition, args);
  const checked = checkIndicatorParams(
    type,
    Object.fromEntries([...given].map(([parameter, { value }]) => [parameter, value])),
  );
  if (!checked.ok)
    throw new Refusal(given.get(checked.name)?.position ?? name.position, 'parameter', checked.message);
  return { kind: 'indicator', type, params: checked.params, output: outputOf(definition, name, output) };
}

/** Arguments by the parameters they are for: in their order, unless named. */
function assigned(
  { type, parameters }: IndicatorDefinition,
  args: readonly Argument[],
): Map<string, Argument> {
  const given = new Map<string, Argument>();
  for (const [index, argument] of args.entries()) {
    const name = argument.name ?? parameters[index]?.name;
    if (name === undefined || !parameters.some((parameter) => parameter.name === name))
      throw new Refusal(argument.position, 'parameter', `is no parameter of ${type}`);
    if (given.has(name))
      throw new Refusal(argument.position, 'parameter', `gives ${name} of ${type} a second time`);
    given.set(name, argument);
  }
  return given;
}

function outputOf({ type, outputs }: IndicatorDefinition, name: Token, output: Token | undefined): string {
  const [only, ...others] = outputs;
  if (output === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new Refusal(name.position, 'output', `${type} needs an output: ${outputs.join(', ')}`);
  }
  if (outputs.includes(output.text)) return output.text;
  throw new Refusal(output.position, 'output', `${type} has ${outputs.join(', ')}`);
}
