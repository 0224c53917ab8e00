/** The part of asciichart that is used; the package comes without types. */
declare module 'asciichart' {
  export interface PlotOptions {
    readonly height?: number;
    readonly offset?: number;
    readonly min?: number;
    readonly max?: number;
    readonly format?: (value: number) => string;
  }
  export function plot(series: readonly number[], options?: PlotOptions): string;
}
