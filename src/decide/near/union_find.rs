//! Which texts are taken together: a forest of numbers, the smallest of each tree its root (R. E. Tarjan, "Efficiency of
//! a good but not linear set union algorithm", JACM 1975).

/// The root of the tree that holds `id`.
pub(super) fn find(parents: &[u32], mut id: u32) -> u32 {
    while parents[id as usize] != id {
        id = parents[id as usize];
    }
    id
}

/// [`find`], which makes paths shorter.
pub(super) fn root(parents: &mut [u32], mut id: u32) -> u32 {
    while parents[id as usize] != id {
        let above = parents[parents[id as usize] as usize];
        parents[id as usize] = above; // halves the path
        id = above;
    }
    id
}

/// Takes two texts together, and all that are taken together with either.
pub(super) fn join(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    // The smaller number becomes the root, whatever the order of the edges.
    parents[a.max(b) as usize] = a.min(b);
}
