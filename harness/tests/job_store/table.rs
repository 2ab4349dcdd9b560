//! The table, from its making to its removal.

use bedload::queue::store::table::Provenance;
use bedload_reports::record::FailureClass;

use crate::support::virtually;

#[test]
fn a_table_is_made_once_and_removed_with_its_run() {
    virtually(Vec::new(), async |world| {
        let store = &world.store;
        assert_eq!(store.ensure("test", &world.clock).await, Ok(Provenance::Found));
        assert_eq!(store.drop_table().await, Ok(()));
        assert_eq!(store.drop_table().await, Ok(()), "gone is gone");
        let error = store.enqueue("j1", world.now()).await.unwrap_err();
        assert_eq!(error.class(), FailureClass::Rejected, "{error}");
        assert_eq!(store.ensure("test", &world.clock).await, Ok(Provenance::Made));
        assert_eq!(store.read("j1").await, Ok(None));
    });
}
