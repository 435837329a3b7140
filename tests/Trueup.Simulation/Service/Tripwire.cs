using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Trueup.Contract;

namespace Trueup.Simulation.Service;

/// <summary>Calls back before each single thing that a commit is made of, while the mirror's transaction is open.</summary>
internal static class Tripwire
{
    public static MirrorCommit Across(MirrorCommit commit, Action step) => commit with
    {
        Puts = [.. commit.Puts.Select(puts => puts with { Records = new Watched<RecordPut>(puts.Records, step) })],
        Buries = new Watched<RecordBury>(commit.Buries, step),
        Links = new Watched<LinkReplacement>(commit.Links, step),
        Documents = new WatchedDocuments(commit.Documents, step),
    };

    private sealed class Watched<T>(IReadOnlyList<T> items, Action step) : IReadOnlyList<T>
    {
        public int Count => items.Count;

        public T this[int index]
        {
            get
            {
                step();
                return items[index];
            }
        }

        public IEnumerator<T> GetEnumerator()
        {
            foreach (var item in items)
            {
                step();
                yield return item;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class WatchedDocuments(IReadOnlyDictionary<string, string?> items, Action step) : IReadOnlyDictionary<string, string?>
    {
        public int Count => items.Count;

        public IEnumerable<string> Keys => items.Keys;

        public IEnumerable<string?> Values => items.Values;

        public string? this[string key] => items[key];

        public bool ContainsKey(string key) => items.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out string? value) => items.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, string?>> GetEnumerator()
        {
            foreach (var item in items)
            {
                step();
                yield return item;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
