//! Columns of text that line up; the widest of them gives way where the terminal is narrow.

/// Spaces between columns.
const GAP: usize = 3;
/// The least that a column is cut to.
const LEAST: usize = 12;

/// Which side of its column a cell stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows of cells.
pub(super) struct Table<const N: usize> {
    align: [Align; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(align: [Align; N]) -> Self {
        Table { align, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// A line for each row, at most `width` columns wide where that can be: first the gaps give way,
    /// then the first two columns, which are names.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let widest = self.widest();
        let gap =
            if widest.iter().sum::<usize>() + GAP * N.saturating_sub(1) > width { GAP - 1 } else { GAP };
        let widths = cut(widest, width.saturating_sub(gap * N.saturating_sub(1)));
        let line = |row: &[String; N]| {
            let cells =
                row.iter().zip(widths).zip(self.align).map(|((cell, width), align)| fit(cell, width, align));
            cells.collect::<Vec<_>>().join(&" ".repeat(gap))
        };
        self.rows.iter().map(line).collect()
    }

    fn widest(&self) -> [usize; N] {
        let mut widest = [0; N];
        for row in &self.rows {
            for (cell, widest) in row.iter().zip(&mut widest) {
                *widest = cell.chars().count().max(*widest);
            }
        }
        widest
    }
}

/// Widths that add up to `room` at most, the wider of the first two cut first.
fn cut<const N: usize>(mut widths: [usize; N], room: usize) -> [usize; N] {
    while widths.iter().sum::<usize>() > room {
        match widths.iter_mut().take(2).filter(|width| **width > LEAST).max_by_key(|width| **width) {
            Some(widest) => *widest -= 1,
            None => break,
        }
    }
    widths
}

fn fit(cell: &str, width: usize, align: Align) -> String {
    let length = cell.chars().count();
    if length > width {
        let kept: String = cell.chars().take(width.saturating_sub(1)).collect();
        return format!("{kept}…");
    }
    match align {
        Align::Left => format!("{cell:<width$}"),
        Align::Right => format!("{cell:>width$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_way_and_figures_do_not() {
        let mut table = Table::new([Align::Left, Align::Left, Align::Right]);
        table.row(["a gate with a long name".into(), "success.ratio".into(), "21.4 s".into()]);
        table.row(["b".into(), "ttft.p95".into(), "1.21 s".into()]);
        assert_eq!(
            table.lines(38),
            ["a gate with a …  success.ratio  21.4 s", "b                ttft.p95       1.21 s"]
        );
    }
}
