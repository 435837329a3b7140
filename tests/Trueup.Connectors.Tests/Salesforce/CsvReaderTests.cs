using System.Text;
using CsCheck;
using Trueup.Connectors.Salesforce;
using Trueup.Contract;

namespace Trueup.Connectors.Tests.Salesforce;

public sealed class CsvReaderTests
{
    private static readonly Gen<string> GenCell = Gen.Char[" \"\n\r,;\0\\'abÄ漢\t"].Array[0, 12].Select(characters => new string(characters));

    private static readonly Gen<(string[][] Rows, string Break, bool EndsWithBreak)> GenTable =
        Gen.Int[1, 5].SelectMany(columns => Gen.Select(GenCell.Array[columns].Array[1, 6], Gen.OneOf(Gen.Const("\n"), Gen.Const("\r\n")), Gen.Bool));

    [Fact]
    public void Whatever_cells_hold_they_are_read_as_they_were_written() =>
        GenTable.Sample(table =>
        {
            var csv = string.Join(table.Break, table.Rows.Select(row => string.Join(',', row.Select(Quoted)))) + (table.EndsWithBreak ? table.Break : "");
            return Same(table.Rows, Read(csv));
        }, iter: 20_000);

    [Fact]
    public void Rows_are_counted_as_they_are_read() =>
        Gen.Select(GenTable, Gen.Int[0, 90]).Sample((table, padding) =>
        {
            var wide = table.Rows.Select(row => row.Append(new string('x', padding)));
            var csv = string.Join(table.Break, wide.Select(row => string.Join(',', row.Select(Quoted)))) + (table.EndsWithBreak ? table.Break : "");
            return CsvRows.Count(Encoding.UTF8.GetBytes(csv)) == table.Rows.Length;
        }, iter: 20_000);

    [Theory]
    [InlineData("", 0)]
    [InlineData("\"a\n\nb", -1)]
    [InlineData("\"a\"\n\"b\"", 2)]
    public void A_count_knows_where_a_text_ends(string csv, int rows) => Assert.Equal(rows, CsvRows.Count(Encoding.UTF8.GetBytes(csv)));

    [Fact]
    public void Cells_without_quotation_marks_are_read_alike() =>
        Gen.Select(Gen.Char["ab Ä0.\0"].Array[1, 6].Select(c => new string(c)).Array[3].Array[1, 6], Gen.OneOf(Gen.Const("\n"), Gen.Const("\r\n"))).Sample((rows, lineBreak) =>
            Same(rows, Read(string.Join(lineBreak, rows.Select(row => string.Join(',', row))))), iter: 5_000);

    [Fact]
    public void A_text_that_is_cut_off_within_a_cell_is_no_csv() =>
        GenTable.Sample(table =>
        {
            var row = string.Join(',', table.Rows[0].Select(Quoted));
            var lastCell = Quoted(table.Rows[0][^1]);
            // Anywhere within the last cell, but not behind a quotation mark that may pass for its end.
            var cut = row[..^1];
            if (cut.EndsWith('"') || lastCell.Length <= 2)
                return true;
            try
            {
                Read(cut);
                return false;
            }
            catch (CrmContractException)
            {
                return true;
            }
        }, iter: 5_000);

    [Theory]
    [InlineData("\"a\"b,c\n")]
    [InlineData("\"a\n")]
    public void What_stands_outside_of_cells_is_no_csv(string csv) => Assert.Throws<CrmContractException>(() => Read(csv));

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool Same(string[][] one, List<List<string>> other) =>
        one.Length == other.Count && one.Zip(other).All(pair => pair.First.SequenceEqual(pair.Second));

    private static List<List<string>> Read(string csv)
    {
        var reader = new CsvReader(Encoding.UTF8.GetBytes(csv));
        var rows = new List<List<string>>();
        while (!reader.IsAtEnd)
        {
            var row = new List<string>();
            do
            {
                reader.Read();
                var cell = Encoding.UTF8.GetString(reader.Cell);
                row.Add(reader.HasDoubledQuotes ? cell.Replace("\"\"", "\"", StringComparison.Ordinal) : cell);
            }
            while (!reader.EndsRow);
            rows.Add(row);
        }
        return rows;
    }
}
